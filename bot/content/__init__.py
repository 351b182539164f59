"""Reading and checking what editors write; the finished content is bot.library."""
