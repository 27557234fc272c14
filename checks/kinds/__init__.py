"""One file per check kind. Kinds never see one another; the registry names them."""
