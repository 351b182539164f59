"""Reports through the whole journey."""
