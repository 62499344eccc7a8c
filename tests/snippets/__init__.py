"""The snippets of the administration: read by what they are written for, and run."""
