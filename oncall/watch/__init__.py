"""What looks after the pager: status, metrics, readiness."""
