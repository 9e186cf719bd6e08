#include "gateway/app/command_line.h"
#include "gateway/app/commit.h"

int main(int argc, char** argv) {
  return session::gateway::run_command_line(argc, argv, session::gateway::source_commit());
}
