"""What the commands of the command line do, a module a subject; bot.cli and bot.__main__ name them."""
