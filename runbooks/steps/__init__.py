"""One file per step kind. Kinds never see one another; the registry names them."""
