require_relative 'app'
run Recipe
