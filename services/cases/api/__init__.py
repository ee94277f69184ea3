"""HTTP routes of the cases service. Routes only translate: request → command → answer."""
