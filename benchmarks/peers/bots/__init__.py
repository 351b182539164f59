"""The peers: the same report conversation as people write it with each library. They run in a Python of their own."""
