"""Simulated worlds: brands talked about for months, with planted crises and harmless spikes."""
