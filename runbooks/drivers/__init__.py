"""One file per service driver. Drivers never see one another; the registry names them."""
