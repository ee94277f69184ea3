"""The rulebook and the working-day calendar as versioned data: `model` is pure, `loader` reads and checks files."""
