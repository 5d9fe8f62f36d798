"""The only package that writes files of ours."""
