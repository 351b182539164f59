"""small_bot.py, but what it knows is gone when it dies."""

from tests.fakes.small_bot import main

if __name__ == "__main__":
    main(forgets=True)
