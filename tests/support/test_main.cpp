// The main() of every test program. Boost.Test makes it where this macro is set, so it is compiled once here.
#define BOOST_TEST_MODULE session_gateway
#include <boost/test/unit_test.hpp>
