"""Small programs in processes of their own, forked from one that is up already."""
