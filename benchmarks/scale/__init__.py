"""From a thousand reports to a million."""
