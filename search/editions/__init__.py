"""What readers get: digests, reports and notices, as records and as they are built."""
