"""How we speak: a voice with its language and timezone, texts from outside made harmless, small charts."""
