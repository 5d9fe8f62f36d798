"""What the tests share, one noun a file; ``conftest`` hands it on."""
