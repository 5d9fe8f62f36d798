"""What a session's folder held before and after each turn, byte for byte, and how to go back."""
