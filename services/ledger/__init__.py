"""The ledger service: folds the decisions of the cases log into points, sanctions and standing."""
