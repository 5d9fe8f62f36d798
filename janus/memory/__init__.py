"""What past sessions leave for new ones."""
