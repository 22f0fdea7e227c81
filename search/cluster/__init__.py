"""Many machines over one index: workers that read, a desk that relates, what they tell each other."""
