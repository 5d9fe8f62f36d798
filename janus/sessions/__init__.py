"""Sessions: which there are, how they live, end, and come back."""
