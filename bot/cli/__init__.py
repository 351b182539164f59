"""The command line beyond bot.__main__: names, arguments, help. What is done stands in bot.commands.programs."""
