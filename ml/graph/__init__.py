"""The network: who stands where in it, in which community, tied to whom and likely to be."""
