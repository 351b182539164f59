"""What the comparison with the peers stands on: a Bot API that takes everything, volunteers, and processes."""
