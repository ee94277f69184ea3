"""The cases service: hears both sides of a complaint under fixed deadlines and decides."""
