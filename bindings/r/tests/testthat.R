library(testthat)
library(bip)

test_check("bip")
