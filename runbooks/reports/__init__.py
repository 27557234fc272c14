"""One file per format of a report. Formats never see one another; the table names them."""
