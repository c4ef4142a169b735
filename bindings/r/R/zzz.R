# Vignettes are built beforehand (tools/vignette.R) and only copied when the package is built or checked.
weave_prebuilt <- function(file, ...) {
    made <- sub("[.]asis$", "", basename(file))
    file.copy(file, made, overwrite = TRUE)
    made
}

tangle_prebuilt <- function(file, ...) {
    code <- sub("[.]html[.]asis$", ".R", basename(file))
    file.create(code)
    code
}

# Whoever builds vignettes has loaded tools, or does so later; nobody else waits for it to load.
.onLoad <- function(libname, pkgname) {
    register <- function(...)
        tools::vignetteEngine("prebuilt", weave = weave_prebuilt, tangle = tangle_prebuilt, pattern = "[.]html[.]asis$",
                              package = pkgname)
    if (isNamespaceLoaded("tools")) register() else setHook(packageEvent("tools", "onLoad"), register)
}

# Unloaded, the package leaves its C behind: stores and large columns that are still there need it, and so does whoever
# collects them.
