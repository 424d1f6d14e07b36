// Stands in for the native addon and loads it while nothing is written to the terminal: TensorFlow 2.21 prints two lines
// whenever it is loaded, before it reads TF_CPP_MIN_LOG_LEVEL. Whoever imports the addon first, nobody sees them.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using Register = void* (*)(void* env, void* exports);

// The addon, beside this file. Its libraries write into /dev/null while they are loaded.
void* LoadAddon() {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void*>(&LoadAddon), &self)) return nullptr;
  const std::string own = self.dli_fname;
  const std::string addon = own.substr(0, own.rfind('/') + 1) + "tfjs_binding.loud.node";
  setenv("TF_CPP_MIN_LOG_LEVEL", "2", 0);  // errors only, unless the user wants another level
  const int terminal = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (terminal >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  void* handle = dlopen(addon.c_str(), RTLD_LAZY);
  if (terminal >= 0 && nowhere >= 0) dup2(terminal, STDERR_FILENO);
  if (terminal >= 0) close(terminal);
  if (nowhere >= 0) close(nowhere);
  if (!handle) std::fprintf(stderr, "%s\n", dlerror());
  return handle;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void* env, void* exports) {
  static void* handle = LoadAddon();
  if (!handle) return exports;
  const auto register_addon = reinterpret_cast<Register>(dlsym(handle, "napi_register_module_v1"));
  return register_addon ? register_addon(env, exports) : exports;
}
