"""Families with LayerNorm: every switch of each config is on in one variant and off in another."""

VARIANTS = {}
