# One image for every service of docker-compose.yml but PostgreSQL and Redis.
FROM python:3.12-slim AS build
WORKDIR /opt/townsquare
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

FROM python:3.12-slim
# LightGBM's wheel needs OpenMP.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 townsquare \
    && useradd --uid 10001 --gid 10001 --home-dir /srv/townsquare --shell /usr/sbin/nologin townsquare \
    && install -d -o townsquare -g townsquare /srv/townsquare /srv/mlflow
COPY --from=build /opt/venv /opt/venv
COPY . /opt/townsquare
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable /opt/townsquare
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /srv/townsquare
USER townsquare
VOLUME ["/srv/townsquare", "/srv/mlflow"]
CMD ["townsquare", "status"]
