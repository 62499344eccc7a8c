"""The modules of the OpenID certification suite, as protocol.md lists them, one test each."""
