// Every rule has lines that it finds fault with and mended ones, and stands in docs/lint.md with them.

#include <fstream>
#include <set>
#include <sstream>

#include "gateway/nginx/lint/rule.h"
#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

struct Example {
  std::string wrong, mended;
};

std::filesystem::path examples() { return session::test::source_root() + "/gateway/nginx/lint/examples"; }

Example example_of(std::string_view rule) {
  const std::string text = read(examples() / (std::string(rule) + ".conf"));
  const std::string wrong = "# Wrong:\n", mended = "\n# Mended:\n";
  const auto middle = text.find(mended);
  BOOST_REQUIRE_MESSAGE(text.starts_with(wrong) && middle != text.npos, rule);
  return {text.substr(wrong.size(), middle - wrong.size()), text.substr(middle + mended.size())};
}

// Returns the gateway's configuration of an example, which is a comment in its first line.
std::string yaml_of(const std::string& lines) {
  const std::string head = "# gateway.yaml: ";
  return lines.starts_with(head) ? lines.substr(head.size(), lines.find('\n') - head.size()) : kSomeRules;
}

std::vector<Finding> findings_in(const std::string& lines) {
  const NginxFiles files;
  if (lines.starts_with("http {")) {
    files.write("nginx.conf", lines);
  } else {
    write_server(files, lines);
  }
  return files.findings(yaml_of(lines));
}

std::string rendered(const std::vector<Finding>& findings) {
  std::string all;
  for (const Finding& finding : findings) all += render(finding);
  return all;
}

std::string code(const std::string& lines) {
  std::string out = "\n";
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) out += line.empty() ? "\n" : "    " + line + "\n";
  return out + "\n";
}

std::string severities_of(const Example& example, std::string_view rule) {
  std::set<std::string> names;
  for (const Finding& finding : findings_in(example.wrong)) {
    if (finding.rule == rule) names.insert(name_of(finding.severity));
  }
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

constexpr const char* kHead =
    R"(# The rules of `session-gateway lint`

For whoever runs `session-gateway lint` and wants to know what a finding means. Each stands here by the name that the finding ends with, with lines that
it finds fault with and with mended ones. The lines stand in a server with TLS and a login page that includes `session-gateway-server.conf`, beside the other
files in `http`, and the application is the upstream `app`. How to run it: [nginx.md](nginx.md#checking-a-configuration).

This page is made of the rules in [gateway/nginx/lint](../gateway/nginx/lint) and of the examples there, which the tests run.

)";

std::string page() {
  std::string list, sections;
  const auto add = [&](std::string_view name, const std::string& severity, std::string_view why) {
    list += "- [" + std::string(name) + "](#" + std::string(name) + "): " + severity + "\n";
    sections += "\n## " + std::string(name) + "\n\n" + std::string(why) + "\n";
  };
  for (const LintRule* rule : all_lint_rules()) {
    const Example example = example_of(rule->name);
    add(rule->name, severities_of(example, rule->name), rule->why);
    sections += "\nWrong:\n" + code(example.wrong) + "Mended:\n" + code(example.mended);
    sections.pop_back();
  }
  add(kSecretFileOpen.name, "danger", kSecretFileOpen.why);
  return kHead + list + sections;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_examples)

BOOST_AUTO_TEST_CASE(every_rule_finds_fault_with_its_example_and_nothing_with_the_mended_one) {
  for (const LintRule* rule : all_lint_rules()) {
    BOOST_TEST_CONTEXT(rule->name) {
      const Example example = example_of(rule->name);
      const auto wrong = findings_in(example.wrong);
      BOOST_TEST(std::any_of(wrong.begin(), wrong.end(),
                             [&](const Finding& finding) { return finding.rule == rule->name; }),
                 rendered(wrong));
      BOOST_TEST(rendered(findings_in(example.mended)) == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(names_are_words_with_hyphens_and_each_is_there_once) {
  std::set<std::string_view> names = {kSecretFileOpen.name};
  for (const LintRule* rule : all_lint_rules()) {
    BOOST_TEST(names.insert(rule->name).second, rule->name);
    BOOST_TEST(rule->name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == rule->name.npos, rule->name);
    BOOST_TEST(rule->why.ends_with('.'), rule->name);
  }
  for (const auto& file : std::filesystem::directory_iterator(examples()))
    BOOST_TEST(names.count(file.path().stem().string()) == 1, file.path());
}

BOOST_AUTO_TEST_CASE(the_page_is_made_of_the_rules_and_their_examples) {
  const std::string expected = page();
  const std::string root = session::test::source_root();
  if (read(root + "/docs/lint.md") == expected) return;
  const auto made = std::filesystem::temp_directory_path() / "session-gateway-lint.md";
  std::ofstream(made, std::ios::binary) << expected;
  BOOST_ERROR("docs/lint.md is not what the rules make: cp " << made.string() << " docs/lint.md");
}

BOOST_AUTO_TEST_SUITE_END()
