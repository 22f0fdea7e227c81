"""From the index to a finished page: what goes where, at what length; kept, and shown again."""
