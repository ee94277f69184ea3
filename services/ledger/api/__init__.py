"""HTTP routes of the ledger service. Routes only translate: request → query → answer."""
