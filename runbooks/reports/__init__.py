"""One file per format of a report on a walk. Formats never see one another; the table names them."""
