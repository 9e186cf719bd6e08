# Puts the files of conf/fronts into the program.
session_embed_texts(front_templates ${CMAKE_CURRENT_LIST_DIR}/templates.cpp.in ${PROJECT_SOURCE_DIR}/conf/fronts
  apache.conf
  caddy.conf
  envoy-cluster.yaml
  envoy.yaml
  haproxy.cfg
  haproxy.lua
  ingress-nginx-headers.yaml
  ingress-nginx.yaml
  lighttpd.conf
  nginx-http-protect.conf
  nginx-http-public.conf
  nginx-http-server.conf
  nginx-http-upstream.conf
  traefik.yaml
)
