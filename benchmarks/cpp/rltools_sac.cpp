// Times SAC of RLtools on Pendulum, in environment steps per second of processor time.
//
// Two hidden layers of 64 units with ReLU, batches of 100, one update of both critics, of the policy and of the temperature for each step after
// the first 100: as `sac` of this library with the settings of `pnpm bench peers`. The clock starts at step 500, when everything is warm.
// Prints one JSON line: {"name", "steps", "seconds", "stepsPerSecond"}.
//
// Built by hand, with RLtools (github.com/rl-tools/rl-tools, commit 9acdf5c83cf2e7f2871cc4c37d002d5e3666d723) in RLTOOLS and OpenBLAS or
// Intel's MKL (from PyPI: mkl-static and mkl-include 2026.2.0, unpacked in MKL). On AMD's processors the former is twice as fast:
//   g++ -std=c++17 -Ofast -march=native -DRL_TOOLS_BACKEND_ENABLE_OPENBLAS -I RLTOOLS/include -o rltools_sac rltools_sac.cpp -lopenblas
//   g++ -std=c++17 -Ofast -march=native -DRL_TOOLS_BACKEND_ENABLE_MKL -I RLTOOLS/include -I MKL/include -o rltools_sac_mkl rltools_sac.cpp
//     -Wl,--start-group MKL/lib/libmkl_intel_lp64.a MKL/lib/libmkl_sequential.a MKL/lib/libmkl_core.a -Wl,--end-group -lpthread -lm -ldl

// The order matters: a layer looks up the optimiser's operations where it is defined.
#include <rl_tools/operations/cpu_mux.h>

#include <rl_tools/nn/optimizers/adam/instance/operations_generic.h>

#include <rl_tools/nn/operations_cpu_mux.h>
#include <rl_tools/nn/layers/sample_and_squash/operations_generic.h>
#include <rl_tools/rl/environments/pendulum/operations_cpu.h>
#include <rl_tools/nn_models/mlp/operations_generic.h>
#include <rl_tools/nn_models/sequential/operations_generic.h>
#include <rl_tools/nn_models/random_uniform/operations_generic.h>
#include <rl_tools/nn/optimizers/adam/operations_generic.h>
#include <rl_tools/rl/algorithms/sac/loop/core/config.h>
#include <rl_tools/rl/algorithms/sac/loop/core/operations_generic.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace rlt = rl_tools;

namespace {
using Device = rlt::devices::DEVICE_FACTORY<>;
using Random = Device::SPEC::RANDOM::ENGINE<>;
using Index = Device::index_t;
using Numbers = rlt::numeric_types::Policy<float>;
using Pendulum = rlt::rl::environments::Pendulum<
    rlt::rl::environments::pendulum::Specification<float, Index, rlt::rl::environments::pendulum::DefaultParameters<float>>>;

constexpr Index kWarmup = 500;
constexpr Index kMostSteps = 100'000;

struct Settings : rlt::rl::algorithms::sac::loop::core::DefaultParameters<Numbers, Index, Pendulum> {
  struct SAC_PARAMETERS : rlt::rl::algorithms::sac::DefaultParameters<Numbers, Index, Pendulum::ACTION_DIM> {
    static constexpr Index ACTOR_BATCH_SIZE = 100;
    static constexpr Index CRITIC_BATCH_SIZE = 100;
  };
  static constexpr Index STEP_LIMIT = kWarmup + kMostSteps;
  static constexpr Index REPLAY_BUFFER_CAP = STEP_LIMIT;
  // The output is a layer too.
  static constexpr Index ACTOR_NUM_LAYERS = 3;
  static constexpr Index ACTOR_HIDDEN_DIM = 64;
  static constexpr Index CRITIC_NUM_LAYERS = 3;
  static constexpr Index CRITIC_HIDDEN_DIM = 64;
};

using Loop = rlt::rl::algorithms::sac::loop::core::Config<Numbers, Index, Random, Pendulum, Settings,
                                                          rlt::rl::algorithms::sac::loop::core::ConfigApproximatorsMLP>;
using State = Loop::State<Loop>;
}  // namespace

int main(int count, char** words) {
  const Index steps = count > 1 ? static_cast<Index>(std::atoi(words[1])) : 10'000;
  if (steps < 1 || steps > kMostSteps) {
    std::fprintf(stderr, "rltools_sac: the number of steps must be between 1 and %lu\n", static_cast<unsigned long>(kMostSteps));
    return 2;
  }
  Device device;
  State state;
  rlt::malloc(device, state);
  rlt::init(device, state, 1);
  for (Index step = 0; step < kWarmup; step++) rlt::step(device, state);
  const std::clock_t start = std::clock();
  for (Index step = 0; step < steps; step++) rlt::step(device, state);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("{\"name\": \"sac 64\", \"steps\": %lu, \"seconds\": %.3f, \"stepsPerSecond\": %.1f}\n", static_cast<unsigned long>(steps),
              seconds, static_cast<double>(steps) / seconds);
  rlt::free(device, state);
  return 0;
}
