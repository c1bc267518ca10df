# A pool to try the connector on: cognito-local with the people and groups of pool.json.
ARG BUILD_BASE=node:24-bookworm-slim
FROM ${BUILD_BASE}
RUN npm install --global --no-audit --no-fund --loglevel=error cognito-local@5.3.0
WORKDIR /srv
COPY --chown=65532:65532 pool.json /srv/.cognito/db/eu-west-1_Local0001.json
RUN chown -R 65532:65532 /srv
USER 65532:65532
ENV HOST=0.0.0.0 PORT=9229
EXPOSE 9229
CMD ["cognito-local"]
