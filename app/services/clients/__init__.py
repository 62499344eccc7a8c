"""Clients: the applications that people sign in to, and what they may ask for."""
