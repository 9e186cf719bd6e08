# Runs during the build: writes `output` with the commit of the source, for `session-gateway --version`: twelve digits, and -dirty
# where a tracked file differs from it. A source without .git says its commit in packaging/commit.txt, which `git archive` fills in; one
# that says nothing leaves the commit empty. The file stays as it is while it is right, so that nothing is built anew.
cmake_policy(VERSION 3.25)

set(commit "")
if(EXISTS "${session_source}/.git")
  set(ENV{GIT_OPTIONAL_LOCKS} 0)
  execute_process(COMMAND git -C "${session_source}" describe --always --abbrev=12 --dirty --exclude=*
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
else()
  file(STRINGS "${session_source}/packaging/commit.txt" commit LIMIT_COUNT 1)
  string(SUBSTRING "${commit}" 0 12 commit)
endif()
if(NOT commit MATCHES "^[0-9a-f]+(-dirty)?$")
  set(commit "")
endif()

set(text "#include \"gateway/app/commit.h\"\n\nnamespace session::gateway {\n\nstd::string_view source_commit() { return \"${commit}\"; }\n\n}  // namespace session::gateway\n")
set(there "")
if(EXISTS "${output}")
  file(READ "${output}" there)
endif()
if(NOT there STREQUAL text)
  file(WRITE "${output}" "${text}")
endif()
