<?php

namespace Database\Seeders;

use App\Models\User;
use Illuminate\Database\Seeder;
use Illuminate\Support\Facades\Hash;

class DatabaseSeeder extends Seeder
{
    /** A sample, with the password "wonderland". */
    public function run(): void
    {
        User::factory()->create(['name' => 'Alice', 'email' => 'alice@example.org', 'password' => Hash::make('wonderland')]);
    }
}
