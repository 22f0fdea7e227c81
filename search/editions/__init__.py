"""What readers get: digests, reports and notices, as records. Pure data."""
