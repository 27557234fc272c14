"""One file per section of reports. Sections never see one another; the table names them."""
