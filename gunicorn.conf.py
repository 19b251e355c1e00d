"""What `gunicorn wsgi:app` takes from here when it is started in this folder; its own options come first."""

worker_class = "oncall.web_worker.WebWorker"
threads = 8
