"""What tests/checks/lint_and_nginx is made of: nginx configurations, a running nginx that is asked, and lint's word on them."""
