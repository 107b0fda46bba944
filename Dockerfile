# One image for the service, the worker and one-off commands.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --create-home --uid 10001 precedent \
 && mkdir /data && chown precedent /data

WORKDIR /srv/precedent

# torch first, from the index of CPU builds: the default one brings several GB of CUDA.
COPY constraints.txt ./
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --extra-index-url "$TORCH_INDEX" -c constraints.txt torch

COPY pyproject.toml README.md ./
COPY assistant assistant
COPY retrieval retrieval
COPY ingest ingest
COPY prompts prompts
COPY evals evals
RUN pip install -c constraints.txt '.[postgres]'

USER precedent
ENV PRECEDENT_DATA_DIR=/data
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/livez', timeout=2)"

CMD ["precedent", "serve", "--host", "0.0.0.0"]
