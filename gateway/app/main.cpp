#include "gateway/app/command_line.h"

int main(int argc, char** argv) { return session::gateway::run_command_line(argc, argv); }
